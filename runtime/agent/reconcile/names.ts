import { INFERENCE_API_VERSION, INFERENCE_PLURAL } from '#server/contracts/inference/inference-model.ts'

export const objectPath = (namespace: string, name: string): string =>
  `/apis/${INFERENCE_API_VERSION}/namespaces/${namespace}/${INFERENCE_PLURAL}/${name}`

/** The field manager of a replica, and the name of its lease. */
export const managerOf = (replica: string): string => `modelyard-agent-${replica}`

/** A namespace has no dots, so the first one is where the model's name begins. */
export const keyOfServed = (name: string): string => name.replace('.', '/')

export const servedOfKey = (key: string): string => key.replace('/', '.')
