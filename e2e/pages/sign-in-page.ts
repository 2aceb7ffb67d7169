import { expect, type Page } from '@playwright/test'

export class SignInPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.page.goto('/')
    await this.page.getByRole('button', { name: 'Sign in with single sign-on' }).click()
    await this.page.getByLabel('User name').fill(username)
    await this.page.getByLabel('Password').fill(password)
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(this.page).not.toHaveURL(/sign-in|\/interaction\//)
  }
}
