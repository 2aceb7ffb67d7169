import type { Metadata } from 'next'
import { IntegrationsPage } from '#components/platform/integrations/integrations-page.tsx'

export const metadata: Metadata = { title: 'Integrations' }

/** The layout has read them already, for the banner. */
export default IntegrationsPage
