import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import '@mantine/dropzone/styles.layer.css'
import '#components/ui/theme/tokens.css'
import { ColorSchemeScript, mantineHtmlProps } from '@mantine/core'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { QueryProvider } from '#components/queries/provider/query-provider.tsx'
import { PortalTheme } from '#components/ui/theme/portal-theme.tsx'

export const metadata: Metadata = {
  title: { default: 'Modelyard', template: '%s · Modelyard' },
  description: 'Namespaces, models and predictions for machine-learning teams',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f9' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1216' },
  ],
}

/** Every answer has its own nonce and its own reader: nothing here can be made ahead of time. */
export const dynamic = 'force-dynamic'

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} suppressHydrationWarning />
      </head>
      <body>
        <PortalTheme nonce={nonce}>
          <QueryProvider>{children}</QueryProvider>
        </PortalTheme>
      </body>
    </html>
  )
}
