// A self-signed certificate for loopback, kept with the state. Node signs but does not write X.509, so the few DER
// structures are put together here.
import { createHash, type createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const length =
    body.length < 128
      ? [body.length]
      : [0x80 + Math.ceil(body.length.toString(16).length / 2), ...bigEndian(body.length)]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const bigEndian = (value: number): number[] => (value > 255 ? [...bigEndian(value >>> 8), value & 255] : [value])
const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const utcTime = (date: Date) =>
  der(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )
const extension = (oid: string, value: Buffer, critical = false) =>
  sequence(objectId(oid), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
const year = 365 * 24 * 3600 * 1000

function certificate(hosts: string[], publicKey: Buffer, signer: ReturnType<typeof createPrivateKey>): string {
  const name = sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from('modelyard sandbox cluster')))))
  const alternatives = hosts.map((host) =>
    isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  )
  const extensions = sequence(
    extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true),
    extension('551d0e', der(0x04, createHash('sha1').update(publicKey).digest())),
    extension('551d25', sequence(objectId('2b06010505070301'), objectId('2b06010505070302'))),
    extension('551d11', sequence(...alternatives)),
  )
  const serial = randomBytes(16)
  serial[0] = 0x4d
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(Date.now() - 24 * 3600 * 1000)), utcTime(new Date(Date.now() + 5 * year))),
    name,
    publicKey,
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, signer)
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

export function ensureCertificate(directory: string, host: string): { key: string; cert: string } {
  const keyPath = join(directory, 'tls.key')
  const certPath = join(directory, 'tls.crt')
  if (!existsSync(certPath)) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const spki = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'der' })
    writeFileSync(keyPath, key, { mode: 0o600 })
    writeFileSync(certPath, certificate([...new Set(['localhost', '127.0.0.1', host])], spki, pair.privateKey))
  }
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') }
}
