/** WCAG 2.2 AA by axe, on every page, in both themes; and no page wider than a phone. */
import AxeBuilder from '@axe-core/playwright'
import type { Portal } from '../../fixtures/portal.ts'
import { makeTeam } from '../../fixtures/team.ts'
import { expect, test } from '../../fixtures/test.ts'

const pages = [
  '/teams/ml',
  '/teams/ml/requests',
  '/requests/new?kind=namespace.create&team=ml',
  '/requests/new?kind=model.deploy&team=ml',
  '/teams/ml/namespaces',
  '/teams/ml/models',
  '/teams/ml/models/churn-risk',
  '/teams/ml/deployments',
  '/teams/ml/playground',
  '/teams/ml/metrics',
  '/teams/ml/alerts',
  '/teams/ml/team',
  '/review',
  '/audit',
  '/integrations',
  '/settings/tokens',
  '/settings/git-account',
  '/docs/api',
  '/teams/ml/namespaces/ml-dev/pods/gone',
  '/nowhere',
]

const adminPages = ['/admin/teams', '/admin/teams/new', '/admin/teams/ml']

async function isForEverybody(portal: Portal, paths: readonly string[], colorScheme: 'light' | 'dark') {
  const { page } = portal
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  for (const path of paths) {
    await portal.open(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByRole('main').locator('[data-loading], .mantine-Skeleton-root')).toHaveCount(0)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    const told = violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.target.join(' ')}`))
    expect.soft(told, path).toEqual([])
  }
}

async function fitsAPhone(portal: Portal, paths: readonly string[]) {
  const { page } = portal
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of paths) {
    await portal.open(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect.soft(width, path).toBeLessThanOrEqual(390)
  }
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every page can be read by everybody, ${scheme}`, async ({ asMaintainer }) => {
    test.setTimeout(180_000)
    await isForEverybody(asMaintainer, pages, scheme)
  })

  test(`so can those of a platform admin, ${scheme}`, ({ asAdmin }) => isForEverybody(asAdmin, adminPages, scheme))
}

test('no page is wider than a phone', async ({ asMaintainer, asAdmin }) => {
  test.setTimeout(120_000)
  const team = await makeTeam(asAdmin, 'Forecasting and demand planning for northern Europe')
  await fitsAPhone(asMaintainer, [...pages, `/teams/${team}`, `/teams/${team}/team`])
  await fitsAPhone(asAdmin, adminPages)
})
