'use client'

import { Skeleton } from '@mantine/core'
import dynamic from 'next/dynamic'

/** The chart, once the page stands: its library is larger than all the rest together. */
export const LazyTimeChart = dynamic(() => import('./time-chart.tsx').then((module) => module.TimeChart), {
  ssr: false,
  loading: () => <Skeleton height={180} />,
})
