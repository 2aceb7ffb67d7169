/** `node infra/sandbox/real/s3/main.ts --state DIR [--bucket NAME] [--port N]`: a real S3 server until it is told to stop. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { announce } from '#sandbox/process/local-process.ts'
import { obtainTool } from '../binaries/obtain.ts'
import { S3_SERVER } from '../binaries/tools.ts'
import { startS3Server } from './s3-server.ts'

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: '.modelyard/s3' },
    bucket: { type: 'string', default: 'models' },
    port: { type: 'string', default: '0' },
  },
})

const binary = await obtainTool(S3_SERVER, (message) => console.error(message))
const { bucket, port } = values
const server = await startS3Server({ state: resolve(values.state), binary, bucket, port: Number(port) })
const { endpoint, region, root } = server
const objectStoreUrl = `s3://${bucket}?endpoint=${endpoint}&region=${region}`
announce({ url: endpoint, region, bucket, objectStoreUrl, ...root }, () => server.stop())
