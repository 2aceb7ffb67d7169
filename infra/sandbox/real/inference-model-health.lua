-- Health of an InferenceModel for Argo CD (`resource.customizations.health.inference.modelyard.dev_InferenceModel`).
-- Degraded speaks louder than Ready: a model that answers while a replica failed to load is not well.
local health = { status = "Progressing", message = "Waiting for the runtime to report" }
if obj.status == nil or obj.status.conditions == nil then
  return health
end
if obj.status.observedGeneration ~= nil and obj.status.observedGeneration < obj.metadata.generation then
  health.message = "Waiting for the runtime to take up the change"
  return health
end
local byType = {}
for _, condition in ipairs(obj.status.conditions) do
  byType[condition.type] = condition
end
local degraded = byType["Degraded"]
if degraded ~= nil and degraded.status == "True" then
  health.status = "Degraded"
  health.message = degraded.message or ""
  return health
end
local ready = byType["Ready"]
if ready ~= nil then
  health.message = ready.message or ""
  if ready.status == "True" then
    health.status = "Healthy"
  end
end
return health
