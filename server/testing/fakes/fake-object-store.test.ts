import { describe } from 'vitest'
import { objectStoreContract } from '../../ports/object-store/object-store.contract.ts'
import { createFakeObjectStore } from './fake-object-store.ts'

describe('the object store in memory', () => {
  const store = createFakeObjectStore()

  objectStoreContract(() => ({
    store,
    everything: async () => [...store.objects.keys(), ...store.uploads.keys()],
    damage: async (digest, bytes) => {
      store.objects.set(digest, bytes)
    },
    trouble: {
      full: async () => {
        store.trouble = 'full'
      },
      stalled: async () => {},
      unreachable: async () => {
        store.trouble = 'unreachable'
      },
    },
    mended: async () => {
      store.trouble = null
    },
  }))
})
