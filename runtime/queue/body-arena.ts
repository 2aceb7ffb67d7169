/**
 * Where small bodies lie until they are sent to their engine: one after the other in blocks that are used again. A buffer
 * for each would cost more to make and to collect than everything else that happens to a small request.
 */

export interface Block {
  readonly bytes: Buffer
  used: number
  /** Bodies in it that are still wanted. */
  held: number
}

const BLOCK_BYTES = 65_536
/** What is larger has a buffer of its own. */
export const ARENA_BODY = 32_768
const KEPT = 16

const freshBlock = (): Block => ({ bytes: Buffer.allocUnsafeSlow(BLOCK_BYTES), used: 0, held: 0 })

export class BodyArena {
  private current = freshBlock()
  private readonly free: Block[] = []

  /** The body's place is what ends at `used`. */
  take(length: number): Block {
    let block = this.current
    if (block.used + length > BLOCK_BYTES) {
      block = this.free.pop() ?? freshBlock()
      this.current = block
    }
    block.used += length
    block.held++
    return block
  }

  release(block: Block): void {
    if (--block.held > 0) return
    block.used = 0
    if (block !== this.current && this.free.length < KEPT) this.free.push(block)
  }
}
