import { join } from 'node:path'
import { root } from '../demo/installation/installation.ts'
import type { NativeTool } from './native.ts'
import { runTool } from './run-tool.ts'

/** Where Playwright keeps the Chromium that belongs to its version, whether it is there or not. */
export async function playwrightChromium(): Promise<string> {
  const { chromium } = await import('@playwright/test') // only here: it takes half a second
  return chromium.executablePath()
}

/** The Chromium that Playwright's version pins, by Playwright's own download. Returns why it could not be had. */
export async function fromPlaywright(tool: NativeTool, _place: string, tell: (line: string) => void) {
  if (tool !== 'chromium') return undefined
  tell('Downloading Chromium with Playwright')
  const { code, said } = await runTool(
    process.execPath,
    [join(root, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium'],
    {
      env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
    },
  )
  return code === 0 ? undefined : `Playwright could not download it: ${said.trim().split('\n')[0]}`
}
