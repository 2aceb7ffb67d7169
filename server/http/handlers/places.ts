import { getApplication, refreshApplication, syncApplication } from '../../contracts/delivery.ts'
import { getDeployment, listDeployments } from '../../contracts/deployments.ts'
import {
  createModel,
  downloadVersion,
  getModel,
  getVersionAddress,
  listModels,
  uploadVersion,
} from '../../contracts/models.ts'
import { getNamespace, listNamespaces } from '../../contracts/namespaces.ts'
import { getPodLog } from '../../contracts/pods.ts'
import {
  createSilence,
  expireSilence,
  getDeploymentMetrics,
  getTeamMetrics,
  listAlerts,
  listSilences,
} from '../../contracts/serving/observability.ts'
import { getSignature, predict } from '../../contracts/serving/playground.ts'
import { beginUpload, completeUpload, getUpload, listUploads, putPart, stopUpload } from '../../contracts/uploads.ts'
import type { Services } from '../../wiring.ts'
import { bytesOf } from '../answering/stream.ts'
import { handling, streaming } from '../on.ts'

const on = handling<Services>()
const stream = streaming<Services>()

/** What a team has: namespaces, models, deployments, and what is known of them. */
export const placeHandlers = [
  on(listNamespaces, ({ actor, input, services }) => services.namespaces.list(actor, input)),
  on(getNamespace, ({ actor, input, services }) => services.namespaces.get(actor, input)),
  on(getPodLog, ({ actor, input, services }) => services.namespaces.podLog(actor, input)),
  on(listModels, ({ actor, input, services }) => services.models.list(actor, input)),
  on(createModel, ({ actor, input, services }) => services.models.create(actor, input)),
  on(getModel, ({ actor, input, services }) => services.models.get(actor, input)),
  on(uploadVersion, ({ actor, input, services, upload }) => services.models.upload(actor, input, upload)),
  stream(downloadVersion, async ({ actor, input, services }) => {
    const { bytes, sizeBytes } = await services.models.file(actor, input)
    const name = `${input.model}-${input.version}.onnx`
    return {
      contentType: 'application/octet-stream',
      body: bytesOf(bytes),
      headers: { 'content-length': String(sizeBytes), 'content-disposition': `attachment; filename="${name}"` },
    }
  }),
  on(getVersionAddress, async ({ actor, input, services }) => {
    const { url, ...address } = await services.models.address(actor, input)
    const { team, model, version } = input
    return {
      ...address,
      url: url ?? `${services.config.PORTAL_URL}/api/v1/teams/${team}/models/${model}/versions/${version}/file`,
    }
  }),
  on(beginUpload, ({ actor, input, services }) => services.uploads.begin(actor, input)),
  on(listUploads, ({ actor, input, services }) => services.uploads.list(actor, input)),
  on(getUpload, ({ actor, input, services }) => services.uploads.get(actor, input)),
  on(putPart, ({ actor, input, services, upload }) => services.uploads.putPart(actor, input, upload)),
  on(completeUpload, ({ actor, input, services }) => services.uploads.complete(actor, input)),
  on(stopUpload, ({ actor, input, services }) => services.uploads.stop(actor, input)),
  on(listDeployments, ({ actor, input, services }) => services.deployments.list(actor, input)),
  on(getDeployment, ({ actor, input, services }) => services.deployments.get(actor, input)),
  on(getApplication, ({ actor, input, services }) => services.delivery.get(actor, input)),
  on(refreshApplication, ({ actor, input, services }) => services.delivery.refresh(actor, input)),
  on(syncApplication, ({ actor, input, services }) => services.delivery.sync(actor, input)),
  on(getSignature, ({ actor, input, services }) => services.playground.signature(actor, input)),
  on(predict, ({ actor, input, services }) => services.playground.predict(actor, input)),
  on(getDeploymentMetrics, ({ actor, input, services }) => services.observability.deployment(actor, input)),
  on(getTeamMetrics, ({ actor, input, services }) => services.observability.team(actor, input)),
  on(listAlerts, ({ actor, input, services }) => services.observability.alerts(actor, input)),
  on(listSilences, ({ actor, input, services }) => services.observability.silences(actor, input)),
  on(createSilence, ({ actor, input, services }) => services.observability.silence(actor, input)),
  on(expireSilence, ({ actor, input, services }) => services.observability.expire(actor, input)),
]
