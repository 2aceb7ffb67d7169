import { notFound } from 'next/navigation'

/** Any other address: the same words as for what one may not see, within the portal. */
export default function Nowhere(): never {
  notFound()
}
