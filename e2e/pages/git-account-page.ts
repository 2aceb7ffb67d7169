import { expect, type Page } from '@playwright/test'
import type { Role } from '../fixtures/people.ts'
import { GitHostPage } from './git-host-page.ts'

export class GitAccountPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** From the user menu through the Git host and back. */
  async link(role: Role): Promise<void> {
    await this.page.goto('/')
    await this.page.getByRole('button', { name: /^Signed in as/ }).click()
    await this.page.getByRole('menuitem', { name: 'Git account' }).click()
    await this.page.getByRole('button', { name: 'Link a Git account' }).click()
    await new GitHostPage(this.page).signInAs(role)
    await this.page.getByRole('button', { name: `Link ${role} to Modelyard` }).click()
    await expect(this.page.getByRole('button', { name: `Unlink ${role}` })).toBeVisible()
  }

  async unlink(role: Role): Promise<void> {
    await this.page.goto('/settings/git-account')
    await this.page.getByRole('button', { name: `Unlink ${role}` }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('button', { name: `Unlink ${role}` }).click()
    await expect(this.page.getByRole('button', { name: 'Link a Git account' })).toBeVisible()
  }
}
