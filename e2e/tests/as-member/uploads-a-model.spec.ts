import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { depthToSpace } from '#runtime/testing/models.ts'
import { createModel, getModel } from '#server/contracts/models.ts'
import { ModelName } from '#server/contracts/names.ts'
import { listUploads } from '#server/contracts/uploads.ts'
import { sample } from '../../fixtures/stories.ts'
import { expect, test } from '../../fixtures/test.ts'

const model = ModelName.parse('iris')
const parts = '**/uploads/*/parts/*'
const third = '**/uploads/*/parts/3*'

/** A field that ONNX does not know makes a small model as large as one likes. */
function largeModel(path: string): string {
  const filling = randomBytes(20_000_000)
  const lengthOf = (length: number): number[] =>
    length < 128 ? [length] : [(length % 128) + 128, ...lengthOf(Math.floor(length / 128))]
  const field = Buffer.from([0xc2, 0x3e, ...lengthOf(filling.length)])
  writeFileSync(path, Buffer.concat([readFileSync(sample('iris')), field, filling]))
  return path
}

test('a large model goes on after a lost connection and a reload', async ({ asMember, team }, info) => {
  const file = largeModel(info.outputPath('model.onnx'))
  const { page } = asMember
  await asMember.call(createModel, { team, name: model })
  await asMember.model.open(team, model)
  await page.route(third, (route) => route.abort('connectionreset'))
  await asMember.model.upload(file)
  await expect.poll(async () => (await asMember.call(listUploads, { team, model })).items[0]?.received).toEqual([1, 2])

  await page.reload()
  await page.unroute(third)
  await expect(page.getByText('model.onnx is not all here')).toBeVisible()
  await expect(page.getByText('2 of 3 parts have arrived.')).toBeVisible()
  const sent: string[] = []
  page.on('request', (request) => request.method() === 'PUT' && sent.push(request.url()))
  await asMember.model.upload(file)
  await expect(page.getByText('Version 1 is registered')).toBeVisible({ timeout: 30_000 })
  expect(sent).toHaveLength(1)
  expect((await asMember.call(listUploads, { team, model })).items).toEqual([])
})

test('an upload can be paused, taken up and given up', async ({ asMember, team }, info) => {
  const file = largeModel(info.outputPath('model.onnx'))
  const { page } = asMember
  await asMember.call(createModel, { team, name: model })
  await asMember.model.open(team, model)
  const received = async () => (await asMember.call(listUploads, { team, model })).items[0]?.received
  // The third part is taken and never answered.
  await page.route(third, () => {})
  await asMember.model.upload(file)
  await expect(page.getByText(/^\d+ % of 19 MiB$/)).toBeVisible()
  const pause = page.getByRole('button', { name: 'Pause' })
  const goOn = page.getByRole('button', { name: 'Go on' })
  await pause.click()
  await expect(page.getByText('Paused model.onnx')).toBeVisible()
  await goOn.click()
  await expect.poll(received).toEqual([1, 2])
  // The server has both parts a moment before the page knows: paused in between, it would send the second again.
  await expect(page.getByText(/^8\d % of 19 MiB$/)).toBeVisible()
  await pause.click()
  await expect(page.getByText(/^8\d % of 19 MiB$/)).toBeVisible()
  await page.unroute(third)
  await goOn.click()
  await expect(page.getByText('Version 1 is registered')).toBeVisible({ timeout: 30_000 })

  await page.route(parts, () => {})
  await asMember.model.upload(largeModel(info.outputPath('other.onnx')))
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Stopped. Nothing was registered.')).toBeVisible()
  expect((await asMember.call(listUploads, { team, model })).items).toEqual([])
  expect((await asMember.call(getModel, { team, model })).versions).toHaveLength(1)
})

const iris = readFileSync(sample('iris'))
const hostile: [what: string, bytes: Buffer, why: RegExp][] = [
  ['an empty file', Buffer.alloc(0), /is empty/],
  ['a ZIP archive', Buffer.from('504b030414000000080000002100', 'hex'), /a ZIP archive, not an ONNX model/],
  ['a PNG image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /a PNG image, not an ONNX model/],
  ['text', Buffer.from('this is not a model'), /was refused.*Export the model again/],
  ['a file cut at 99 %', iris.subarray(0, Math.floor(iris.length * 0.99)), /was refused.*Export the model again/],
  ['a 99-byte model that crashes the loader', depthToSpace(2n ** 32n), /was refused.*ended the process that loaded it/],
]

test('a hostile file is refused with the reason, and the portal goes on', async ({ asMember, team }) => {
  const { page } = asMember
  await asMember.call(createModel, { team, name: model })
  await asMember.model.open(team, model)
  for (const [what, buffer, why] of hostile) {
    await test.step(what, async () => {
      await page
        .getByLabel('ONNX file')
        .setInputFiles({ name: 'model.onnx', mimeType: 'application/octet-stream', buffer })
      const send = page.getByRole('button', { name: 'Upload as next version' })
      const unsent = page.getByText('This file was not sent')
      await expect(send.and(page.locator(':enabled')).or(unsent).first()).toBeVisible()
      if (await send.isEnabled()) await send.click()
      const told = page.getByRole('alert').or(unsent.locator('..')).first()
      await expect(told).toContainText(why, { timeout: 30_000 })
    })
  }
  await asMember.model.upload(sample('iris'))
  await expect(page.getByText('Version 1 is registered')).toBeVisible()
})
