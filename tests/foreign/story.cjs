// The story of `stories.py` with @digitalocean/gradient, which finds the emulator by its
// variables. It can neither wait nor fetch the report on a job.
"use strict";

const assert = require("node:assert/strict");
const { setTimeout: sleep } = require("node:timers/promises");
const { Gradient } = require("@digitalocean/gradient");

const MODEL = "22653204-79ed-11ef-bf8f-4e013e2ddde4";
const SITES = ["https://example.com", "https://handbook.invalid"];

async function poll(fetch, isDone) {
  let result = await fetch();
  while (!isDone(result)) {
    await sleep(50);
    result = await fetch();
  }
  return result;
}

async function run(client) {
  const bases = client.knowledgeBases;
  const { knowledge_base: base } = await bases.create({
    name: "handbook",
    region: "tor1",
    embedding_model_uuid: MODEL,
    tags: ["docs"],
  });
  await poll(
    () => bases.retrieve(base.uuid),
    (it) => it.database_status === "ONLINE",
  );
  for (const site of SITES) {
    const source = { web_crawler_data_source: { base_url: site } };
    await bases.dataSources.create(base.uuid, source);
  }
  const { job } = await bases.indexingJobs.create({ knowledge_base_uuid: base.uuid });
  const ended = await poll(
    () => bases.indexingJobs.retrieve(job.uuid),
    (it) => it.job.finished_at,
  );
  const details = await bases.indexingJobs.retrieveDataSources(job.uuid);
  const deleted = await bases.delete(base.uuid);

  assert.equal(ended.job.status, "INDEX_JOB_STATUS_PARTIAL");
  assert.deepEqual(
    details.indexed_data_sources.map((it) => it.error_msg ?? "").sort(),
    ["", "source_not_found"],
  );
  assert.equal(deleted.uuid, base.uuid);
  await assert.rejects(bases.retrieve(base.uuid), Gradient.NotFoundError);
}

run(new Gradient()).then(() => console.log("typescript: the story ends well"));
