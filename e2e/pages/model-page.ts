import type { Page } from '@playwright/test'

export class ModelPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }
}
