CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "gitLogin" TEXT,
    "platformRoles" TEXT[],
    "groups" TEXT[],
    "sessionVersion" INTEGER NOT NULL DEFAULT 1,
    "disabledAt" TIMESTAMPTZ(3),
    "lastSeenAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Team" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "costCentre" TEXT NOT NULL,
    "onCall" TEXT NOT NULL,
    "allowances" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "archivedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Membership" (
    "teamId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'portal',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("teamId", "userId", "source")
);

CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "userId" UUID NOT NULL,
    "teamId" UUID,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Request" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "teamId" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "model" TEXT,
    "state" TEXT NOT NULL,
    "draft" JSONB NOT NULL,
    "verdict" JSONB NOT NULL,
    "desired" JSONB,
    "reason" TEXT NOT NULL,
    "requesterId" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "pullNumber" INTEGER,
    "pullUrl" TEXT,
    "headSha" TEXT,
    "mergedSha" TEXT,
    "failure" JSONB,
    "cpu" BIGINT NOT NULL DEFAULT 0,
    "memory" BIGINT NOT NULL DEFAULT 0,
    "gpu" INTEGER NOT NULL DEFAULT 0,
    "storage" BIGINT NOT NULL DEFAULT 0,
    "monthlyDelta" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "openTarget" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Request_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "RequestTransition" (
    "id" BIGSERIAL NOT NULL,
    "requestId" UUID NOT NULL,
    "event" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "actorId" UUID,
    "actorName" TEXT NOT NULL,
    "detail" TEXT,
    "data" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RequestTransition_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Approval" (
    "id" UUID NOT NULL,
    "requestId" UUID NOT NULL,
    "reviewerId" UUID NOT NULL,
    "decision" TEXT NOT NULL,
    "sha" TEXT NOT NULL,
    "comment" TEXT,
    "source" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "voidedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "NamespaceClaim" (
    "name" TEXT NOT NULL,
    "teamSlug" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "cpu" BIGINT NOT NULL,
    "memory" BIGINT NOT NULL,
    "gpu" INTEGER NOT NULL,
    "storage" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "requestId" UUID,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "NamespaceClaim_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "Model" (
    "id" UUID NOT NULL,
    "teamId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Model_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "ModelVersion" (
    "id" UUID NOT NULL,
    "modelId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "signature" JSONB NOT NULL,
    "notes" TEXT NOT NULL DEFAULT '',
    "createdById" UUID,
    "createdBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelVersion_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Observation" (
    "cluster" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "team" TEXT,
    "data" JSONB NOT NULL,
    "observedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Observation_pkey" PRIMARY KEY ("cluster", "kind", "namespace", "name")
);

CREATE TABLE "IntegrationStatus" (
    "name" TEXT NOT NULL,
    "lastSuccess" TIMESTAMPTZ(3),
    "lastError" TEXT,
    "errorAt" TIMESTAMPTZ(3),
    "facts" JSONB NOT NULL DEFAULT '{}',
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IntegrationStatus_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "AuditEntry" (
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT,
    "actorName" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "objectKind" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "objectName" TEXT NOT NULL,
    "team" TEXT,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,
    "requestId" TEXT,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "search" tsvector,

    CONSTRAINT "AuditEntry_pkey" PRIMARY KEY ("sequence")
);

CREATE TABLE "LiveEvent" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "team" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LiveEvent_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "IdempotencyKey" (
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "status" INTEGER,
    "body" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("actor", "key")
);

CREATE UNIQUE INDEX "User_gitLogin_key" ON "User"("gitLogin");
CREATE UNIQUE INDEX "User_issuer_subject_key" ON "User"("issuer", "subject");
CREATE UNIQUE INDEX "Team_slug_key" ON "Team"("slug");
CREATE INDEX "Membership_userId_idx" ON "Membership"("userId");
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");
CREATE INDEX "ApiToken_userId_idx" ON "ApiToken"("userId");
CREATE INDEX "ApiToken_teamId_idx" ON "ApiToken"("teamId");
CREATE UNIQUE INDEX "Request_number_key" ON "Request"("number");
CREATE UNIQUE INDEX "Request_openTarget_key" ON "Request"("openTarget");
CREATE INDEX "Request_teamId_createdAt_idx" ON "Request"("teamId", "createdAt" DESC);
CREATE INDEX "Request_state_idx" ON "Request"("state");
CREATE INDEX "Request_namespace_model_idx" ON "Request"("namespace", "model");
CREATE INDEX "Request_pullNumber_idx" ON "Request"("pullNumber");
CREATE INDEX "RequestTransition_requestId_id_idx" ON "RequestTransition"("requestId", "id");
CREATE UNIQUE INDEX "Approval_requestId_reviewerId_sha_key" ON "Approval"("requestId", "reviewerId", "sha");
CREATE INDEX "NamespaceClaim_teamSlug_environment_idx" ON "NamespaceClaim"("teamSlug", "environment");
CREATE UNIQUE INDEX "Model_teamId_name_key" ON "Model"("teamId", "name");
CREATE UNIQUE INDEX "ModelVersion_modelId_version_key" ON "ModelVersion"("modelId", "version");
CREATE UNIQUE INDEX "ModelVersion_modelId_digest_key" ON "ModelVersion"("modelId", "digest");
CREATE INDEX "ModelVersion_digest_idx" ON "ModelVersion"("digest");
CREATE INDEX "Observation_kind_namespace_idx" ON "Observation"("kind", "namespace");
CREATE INDEX "Observation_team_idx" ON "Observation"("team");
CREATE INDEX "WebhookDelivery_receivedAt_idx" ON "WebhookDelivery"("receivedAt");
CREATE INDEX "AuditEntry_search_idx" ON "AuditEntry" USING GIN ("search");
CREATE INDEX "AuditEntry_team_sequence_idx" ON "AuditEntry"("team", "sequence" DESC);
CREATE INDEX "AuditEntry_action_sequence_idx" ON "AuditEntry"("action", "sequence" DESC);
CREATE INDEX "LiveEvent_at_idx" ON "LiveEvent"("at");
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

ALTER TABLE "Membership" ADD CONSTRAINT "Membership_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "Request" ADD CONSTRAINT "Request_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Request" ADD CONSTRAINT "Request_requesterId_fkey" FOREIGN KEY ("requesterId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "RequestTransition" ADD CONSTRAINT "RequestTransition_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_reviewerId_fkey" FOREIGN KEY ("reviewerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Model" ADD CONSTRAINT "Model_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "ModelVersion" ADD CONSTRAINT "ModelVersion_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What happened stays as it was written: nobody changes or removes a row, not by mistake either.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER "AuditEntry_append_only" BEFORE UPDATE OR DELETE ON "AuditEntry"
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "AuditEntry_no_truncate" BEFORE TRUNCATE ON "AuditEntry"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "RequestTransition_append_only" BEFORE UPDATE OR DELETE ON "RequestTransition"
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "RequestTransition_no_truncate" BEFORE TRUNCATE ON "RequestTransition"
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Names are cut at dots and dashes as well, so that a part of a name finds the row.
CREATE FUNCTION audit_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."search" := to_tsvector('simple', translate(left(concat_ws(' ', NEW."actorName", NEW."action", NEW."objectKind",
        NEW."objectId", NEW."objectName", NEW."team", NEW."reason", NEW."requestId", NEW."before"::text,
        NEW."after"::text), 100000), '.-_/:"', '      '));
    RETURN NEW;
END;
$$;

CREATE TRIGGER "AuditEntry_search" BEFORE INSERT ON "AuditEntry"
    FOR EACH ROW EXECUTE FUNCTION audit_search();
