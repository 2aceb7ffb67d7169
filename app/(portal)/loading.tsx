import { PageSkeleton } from '#components/ui/page/skeletons.tsx'

export default PageSkeleton
