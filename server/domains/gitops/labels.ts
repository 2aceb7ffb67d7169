/** The labels every rendered object carries, for cost attribution, network policies and finding one's way back. */
export type Owner = { team: string; environment: string; costCentre: string; request: string }

export const label = {
  team: 'modelyard.dev/team',
  environment: 'modelyard.dev/environment',
  costCentre: 'modelyard.dev/cost-center',
  request: 'modelyard.dev/request',
} as const

export const labelsOf = (owner: Owner): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'modelyard',
  [label.team]: owner.team,
  [label.environment]: owner.environment,
  [label.costCentre]: owner.costCentre,
  [label.request]: owner.request,
})
