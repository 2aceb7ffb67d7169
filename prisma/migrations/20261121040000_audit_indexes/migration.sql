CREATE INDEX "AuditEntry_actorId_sequence_idx" ON "AuditEntry"("actorId", "sequence" DESC);
CREATE INDEX "AuditEntry_at_idx" ON "AuditEntry"("at");
