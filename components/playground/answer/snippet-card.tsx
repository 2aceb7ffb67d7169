'use client'

import { Tabs } from '@mantine/core'
import { useState } from 'react'
import page from '#components/ui/page/page.module.css'
import { CodeBlock } from '#components/ui/text/code-block.tsx'
import type { Tensor } from '../form/tensors.ts'
import { languages, snippet } from './snippets.ts'

export function SnippetCard({ url, inputs }: { url: string; inputs: readonly Tensor[] }) {
  const [tab, setTab] = useState('curl')
  return (
    <section className={page.section} aria-label="The call to copy">
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'curl')}>
        <Tabs.List px={8}>
          {languages.map((language) => (
            <Tabs.Tab key={language} value={language}>
              {language}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {languages.map((language) => (
          <Tabs.Panel key={language} value={language}>
            <CodeBlock code={snippet(language, url, inputs)} what={`${language} call`} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  )
}
