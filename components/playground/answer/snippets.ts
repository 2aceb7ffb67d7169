/** The same call, to paste into a shell or a program. What the person typed is data here, quoted for each language. */
import type { Tensor } from '../form/tensors.ts'

export type Language = 'curl' | 'Python' | 'TypeScript'
export const languages: readonly Language[] = ['curl', 'Python', 'TypeScript']

const inShell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
/** A JSON string is a string in both languages, once what ends a line in older engines is escaped. */
const inCode = (text: string) => JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

export function snippet(language: Language, url: string, inputs: readonly Tensor[]): string {
  const body = JSON.stringify({ inputs })
  if (language === 'curl') {
    return `curl ${inShell(url)} \\\n  -H 'content-type: application/json' \\\n  -d ${inShell(body)}`
  }
  if (language === 'Python') {
    return `import json, urllib.request

body = ${inCode(body)}
call = urllib.request.Request(
    ${inCode(url)},
    data=body.encode(),
    headers={"content-type": "application/json"},
)
print(json.load(urllib.request.urlopen(call))["outputs"])`
  }
  return `const answer = await fetch(${inCode(url)}, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: ${inCode(body)},
})
console.log((await answer.json()).outputs)`
}
