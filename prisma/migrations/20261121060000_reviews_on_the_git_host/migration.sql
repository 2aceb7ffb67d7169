CREATE TABLE "GitAccount" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "hostId" BIGINT NOT NULL,
    "login" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "linkedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "unlinkedAt" TIMESTAMPTZ(3),

    CONSTRAINT "GitAccount_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "GitAccount_userId_idx" ON "GitAccount"("userId");
CREATE INDEX "GitAccount_hostId_idx" ON "GitAccount"("hostId");
CREATE UNIQUE INDEX "GitAccount_one_holder" ON "GitAccount"("hostId") WHERE "unlinkedAt" IS NULL;
CREATE UNIQUE INDEX "GitAccount_one_account" ON "GitAccount"("userId") WHERE "unlinkedAt" IS NULL;
ALTER TABLE "GitAccount" ADD CONSTRAINT "GitAccount_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "Approval" ADD COLUMN "hostLogin" TEXT;

CREATE TABLE "HostReview" (
    "requestId" UUID NOT NULL,
    "hostId" BIGINT NOT NULL,
    "login" TEXT NOT NULL,
    "reviewId" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "sha" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "userId" UUID,
    "why" TEXT,

    CONSTRAINT "HostReview_pkey" PRIMARY KEY ("requestId", "hostId")
);
ALTER TABLE "HostReview" ADD CONSTRAINT "HostReview_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
