import { expect, type Page } from '@playwright/test'

export class NewRequestPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async openFor(team: string): Promise<void> {
    await this.page.goto(`/requests/new?kind=namespace.create&team=${team}`)
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveText('Request a namespace')
  }

  async choosePreset(name: string): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).click()
  }

  async chooseEnvironment(name: string): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Environment' }).getByText(name, { exact: true }).click()
  }

  async fillPurpose(purpose: string): Promise<void> {
    await this.page.getByLabel('Purpose').fill(purpose)
  }

  async fillCpu(amount: string): Promise<void> {
    await this.page.getByLabel('CPU, in cores').fill(amount)
  }

  async fillReason(reason: string): Promise<void> {
    await this.page.getByLabel('Reason').fill(reason)
  }

  /** What will happen, as it stands beside the form. */
  get verdict() {
    return this.page.getByRole('region', { name: 'What will happen' })
  }

  get submitButton() {
    return this.page.getByRole('button', { name: /^Request \S+/ })
  }

  async submit(): Promise<void> {
    await this.submitButton.click()
    await expect(this.page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/)
  }
}
