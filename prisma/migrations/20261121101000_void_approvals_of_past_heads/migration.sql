-- From now on every approval of a head that has moved on is void; those of requests that were tried again were not.
UPDATE "Approval" SET "voidedAt" = now()
FROM "Request"
WHERE "Request"."id" = "Approval"."requestId" AND "Approval"."voidedAt" IS NULL
  AND "Approval"."sha" IS DISTINCT FROM "Request"."headSha";
