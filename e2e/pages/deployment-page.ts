import { expect, type Page } from '@playwright/test'

export class DeploymentPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(team: string, namespace: string, model: string): Promise<void> {
    await this.page.goto(`/teams/${team}/deployments/${namespace}/${model}`)
    await expect(this.page.getByRole('heading', { level: 1 })).toContainText(model)
  }

  /** Asks for a deployment on the form, and ends on the request's page. */
  async request(team: string, namespace: string, model: string, reason: string): Promise<void> {
    await this.page.goto(`/requests/new?kind=model.deploy&team=${team}&namespace=${namespace}&model=${model}`)
    await this.page.getByLabel('Reason').fill(reason)
    await this.page.getByRole('button', { name: `Request to deploy ${model}` }).click()
    await expect(this.page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/)
  }

  async rollBack(reason: string): Promise<void> {
    await this.page.getByRole('link', { name: 'Roll back' }).click()
    await this.page.getByLabel('Reason').fill(reason)
    await this.page.getByRole('button', { name: 'Request the rollback' }).click()
    await expect(this.page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/)
  }
}
