CREATE TABLE "WebhookRefusal" (
  "reason" TEXT NOT NULL,
  "count" INTEGER NOT NULL,
  "lastAt" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "WebhookRefusal_pkey" PRIMARY KEY ("reason")
);
