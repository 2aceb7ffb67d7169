import type { Page } from '@playwright/test'

export class PlaygroundPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }
}
