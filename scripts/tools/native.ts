import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fromDebian } from './debian.ts'
import { fromPlaywright, playwrightChromium } from './playwright.ts'
import { fromRelease } from './release.ts'

export const nativeTools = ['prometheus', 'alertmanager', 'chromium'] as const
export type NativeTool = (typeof nativeTools)[number]

export type Found = { program: string } | { missing: string }

const names: Record<NativeTool, string[]> = {
  prometheus: ['prometheus'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'],
}

const usual: Record<NativeTool, string[]> = {
  prometheus: [],
  alertmanager: [],
  chromium: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
}

const advice: Record<NativeTool, string> = {
  prometheus: 'Prometheus is missing. Install it (https://prometheus.io/download) and put `prometheus` on PATH.',
  alertmanager: 'Alertmanager is missing. Install it (https://prometheus.io/download) and put `alertmanager` on PATH.',
  chromium: 'Chromium is missing. Install Chromium or Google Chrome and put it on PATH.',
}

/** On PATH, or fetched before; nothing is fetched. */
export async function findTool(tool: NativeTool, downloads: string): Promise<string | undefined> {
  const override = process.env[`MODELYARD_${tool.toUpperCase()}`]
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const candidates = [
    ...(override ? [override] : []),
    ...names[tool].flatMap((name) => directories.map((directory) => join(directory, name))),
    ...usual[tool],
    join(downloads, tool, 'bin', tool),
  ]
  const found = candidates.find(isProgram)
  if (found || tool !== 'chromium') return found
  const playwrights = await playwrightChromium()
  return isProgram(playwrights) ? playwrights : undefined
}

/** On PATH, else from Debian's packages, else the official release; else one line that says what to install. */
export async function provideTool(tool: NativeTool, downloads: string, tell: (line: string) => void): Promise<Found> {
  const reasons: string[] = []
  for (const provide of [fromDebian, fromRelease, fromPlaywright]) {
    const found = await findTool(tool, downloads)
    if (found) return { program: found }
    const reason = await provide(tool, join(downloads, tool), tell)
    if (reason) reasons.push(reason)
  }
  const found = await findTool(tool, downloads)
  return found ? { program: found } : { missing: `${advice[tool]} (${reasons.join('; ')})` }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return existsSync(path)
  } catch {
    return false
  }
}
