import { expect, type Page } from '@playwright/test'

export class ModelPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async register(team: string, name: string): Promise<void> {
    await this.page.goto(`/teams/${team}/models`)
    await this.page
      .getByRole('button', { name: 'Register model' })
      .or(this.page.getByRole('link', { name: 'Register model' }))
      .first()
      .click()
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByRole('button', { name: 'Register and go on to upload' }).click()
    await expect(this.page.getByRole('heading', { level: 1 })).toContainText(name)
  }

  async open(team: string, name: string): Promise<void> {
    await this.page.goto(`/teams/${team}/models/${name}`)
    await expect(this.page.getByRole('heading', { level: 1 })).toContainText(name)
  }

  async upload(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.getByLabel('ONNX file').setInputFiles(file)
    await this.page.getByRole('button', { name: 'Upload as next version' }).click()
  }
}
