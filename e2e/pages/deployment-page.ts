import type { Page } from '@playwright/test'

export class DeploymentPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }
}
