-- A file on its way to be a version, part by part.
CREATE TABLE "Upload" (
    "id" UUID NOT NULL,
    "modelId" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'receiving',
    "fileName" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "partBytes" INTEGER NOT NULL,
    "fingerprint" TEXT,
    "sha256" TEXT,
    "notes" TEXT NOT NULL DEFAULT '',
    "version" INTEGER,
    "refusal" JSONB,
    "actorKind" TEXT NOT NULL,
    "startedById" UUID,
    "startedBy" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "Upload_modelId_state_idx" ON "Upload"("modelId", "state");
CREATE INDEX "Upload_expiresAt_idx" ON "Upload"("expiresAt");

ALTER TABLE "Upload" ADD CONSTRAINT "Upload_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
