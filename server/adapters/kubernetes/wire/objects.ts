import { z } from 'zod'
import type { KindRef, KubernetesObject } from '../../../ports/cluster.ts'

const Text = z.record(z.string(), z.string())

const Object_ = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string().default(''),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().optional(),
    creationTimestamp: z
      .string()
      .nullish()
      .transform((value) => value ?? undefined),
    deletionTimestamp: z.string().optional(),
    labels: Text.optional(),
    annotations: Text.optional(),
  }),
})

/** Items of a list carry neither apiVersion nor kind; they get them here. */
export function parseObject(value: unknown, kind: KindRef): KubernetesObject {
  const object = Object_.parse(value)
  return { ...object, apiVersion: object.apiVersion ?? kind.apiVersion, kind: object.kind ?? kind.kind }
}
