import { expect, type Page } from '@playwright/test'
import { installation } from '../fixtures/installation.ts'
import type { Role } from '../fixtures/people.ts'

/** The Git host's own pages, where nobody of the portal is signed in by themselves. */
export class GitHostPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Chooses a person on the host's sign-in page, wherever it has turned up. */
  async signInAs(role: Role): Promise<void> {
    const person = this.page.getByRole('listitem').filter({ has: this.page.locator(`code:text-is("${role}")`) })
    await person.getByRole('button', { name: /^Sign in as/ }).click()
  }

  async approvePull(number: number, role: Role): Promise<void> {
    const path = `/platform/gitops/pull/${number}`
    await this.page.goto(`${installation.git}/login?return_to=${encodeURIComponent(path)}`)
    await this.signInAs(role)
    await this.page.getByRole('button', { name: /^Approve [0-9a-f]{7}/ }).click()
    await expect(this.page.getByText(`${role} approved`)).toBeVisible()
  }
}
