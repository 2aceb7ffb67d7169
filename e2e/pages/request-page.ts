import { expect, type Page } from '@playwright/test'
import { RequestId } from '#server/contracts/names.ts'

export class RequestPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(id: RequestId): Promise<void> {
    await this.page.goto(`/requests/${id}`)
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible()
  }

  get id(): RequestId {
    return RequestId.parse(new URL(this.page.url()).pathname.split('/').at(-1))
  }

  get approveButton() {
    return this.page.getByRole('button', { name: /^Approve( [0-9a-f]{7})?$/ }).first()
  }

  async approve(): Promise<void> {
    await this.approveButton.click()
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Approve/ })
      .click()
    await expect(this.page.getByRole('dialog')).toBeHidden()
  }

  async toBeInState(label: string | RegExp): Promise<void> {
    await expect(this.page.getByText(label).first()).toBeVisible({ timeout: 30_000 })
  }
}
