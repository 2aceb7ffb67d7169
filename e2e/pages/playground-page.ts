import { expect, type Page } from '@playwright/test'

export class PlaygroundPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(team: string, namespace: string, model: string): Promise<void> {
    await this.page.goto(`/teams/${team}/playground?namespace=${namespace}&model=${model}`)
    await expect(this.page.getByRole('button', { name: 'Predict' })).toBeVisible()
  }

  async predict(): Promise<void> {
    await this.page.getByRole('button', { name: 'Predict' }).click()
  }

  get answer() {
    return this.page.getByRole('region', { name: 'Answer' })
  }
}
