import { describe } from 'vitest'
import { agentContract } from './testing/agent.contract.ts'
import { startWorld } from './testing/world.ts'

describe('the agent, on the sandbox', () => agentContract(startWorld))
