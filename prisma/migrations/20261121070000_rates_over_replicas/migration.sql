-- Not worth a write-ahead log: after a crash of the database everybody has their full rate again.
CREATE UNLOGGED TABLE "RateBucket" (
    "key" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "granted" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "RateBucket_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "RateBucket_at_idx" ON "RateBucket"("at");
