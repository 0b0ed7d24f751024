// Calls the services with grpc-js over mutual TLS; `run_npm` sets the environment.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');

const home = process.env.COMITY_HOME;
const protos = path.join(process.env.COMITY_SOURCE_DIR, 'protos');

const {comity} = grpc.loadPackageDefinition(loader.loadSync([
  'comity/partner_registry/v1/partner_registry.proto',
  'comity/engagement_scheduling/v1/engagement_scheduling.proto',
  'comity/document_exchange/v1/document_exchange.proto',
], {includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true}));
const {PartnerRegistryService} = comity.partner_registry.v1;
const {EngagementSchedulingService} = comity.engagement_scheduling.v1;
const {DocumentExchangeService} = comity.document_exchange.v1;
const addresses = new Map([
  [PartnerRegistryService, process.env.COMITY_PARTNER_REGISTRY],
  [EngagementSchedulingService, process.env.COMITY_ENGAGEMENT_SCHEDULING],
  [DocumentExchangeService, process.env.COMITY_DOCUMENT_EXCHANGE],
]);

const details = new protobuf.Root();
for (const name of ['any', 'duration']) {
  details.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`).nested);
}
for (const name of ['google/rpc/status.proto', 'google/rpc/error_details.proto']) {
  protobuf.parse(fs.readFileSync(path.join(protos, name), 'utf8'), details);
}
details.resolveAll();

function client(who, Service = PartnerRegistryService) {
  const read = (file) => fs.readFileSync(path.join(home, 'ids', who, file));
  return new Service(addresses.get(Service), grpc.credentials.createSsl(
    read('bundles/agency.example/roots.pem'), read('tls.key'), read('tls.pem')));
}

function call(stub, method, request) {
  const deadline = new Date(Date.now() + 20000);
  return new Promise((resolve, reject) => stub[method](request, {deadline},
    (error, response) => error ? reject(error) : resolve(response)));
}

// The first message of a stream that does not end.
function first(stub, method, request) {
  const stream = stub[method](request, {deadline: new Date(Date.now() + 20000)});
  return new Promise((resolve, reject) => {
    stream.on('data', (message) => {
      stream.cancel();
      resolve(message);
    });
    stream.on('error', reject);  // Also what the cancelling causes, when it has been resolved.
  });
}

async function refusal(stub, method, request) {
  try {
    await call(stub, method, request);
  } catch (error) {
    return error;
  }
  return assert.fail(`${method} should have been refused`);
}

// The ErrorInfo in the details of an error.
function errorInfo(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const status = details.lookupType('google.rpc.Status').decode(bytes);
  assert.equal(status.code, error.code);
  const any = status.details.find((it) => it.type_url.endsWith('/google.rpc.ErrorInfo'));
  return details.lookupType('google.rpc.ErrorInfo').decode(any.value);
}

const question = (counterpart, day) => ({question: {
  counterpart: `partners/${counterpart}`,
  instant: {seconds: Date.parse(`${day}T12:00:00Z`) / 1000, nanos: 0},
  explore: true,
  data_kind: 'DATA_KIND_OPERATIONAL',
  subjects: ['SUBJECT_KIND_SUSPECT'],
  annex_ii: 'ANNEX_COVERAGE_WITHIN',
  geometry: 'CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES',
  purpose: {
    task: 'coordination of investigations', offence: 'organised crime', stage: 'investigation',
    case_reference: 'CASE-1', necessity: 'needed to coordinate parallel investigations',
  },
  origins: [{kind: 'ORIGIN_KIND_MEMBER_STATE', partner: 'partners/france'}],
  decisions: [{
    kind: 'DECISION_KIND_AUTHORISATION', partner: 'partners/france', valid_from: '2019-01-01',
    evidence: 'FR-1',
  }],
}});

async function main() {
  const desk = client('desk-1');
  const partner = await call(desk, 'GetPartner', {name: 'partners/albania'});
  assert.equal(partner.name, 'partners/albania');
  console.log('  GetPartner returns Albania');

  const before = await call(desk, 'EvaluateTransfer', question('albania', '2019-10-31'));
  assert.equal(before.outcome, 'TRANSFER_OUTCOME_DECISION_REQUIRED');
  const after = await call(desk, 'EvaluateTransfer', question('albania', '2019-11-01'));
  assert.equal(after.outcome, 'TRANSFER_OUTCOME_PERMITTED', JSON.stringify(after.reasons));
  assert.equal(after.basis, 'TRANSFER_BASIS_COOPERATION_AGREEMENT');
  console.log('  EvaluateTransfer: Albania needs a decision until its agreement is in force');

  const unknown = await refusal(desk, 'GetPartner', {name: 'partners/nobody'});
  assert.equal(unknown.code, grpc.status.NOT_FOUND);
  assert.equal(errorInfo(unknown).reason, 'PARTNER_NOT_FOUND');
  assert.ok(errorInfo(unknown).domain.endsWith('.comity.example'));
  console.log('  an error carries details with its reason');

  const invalid = await refusal(desk, 'ListPartners', {page_size: -1});
  assert.equal(invalid.code, grpc.status.INVALID_ARGUMENT);
  assert.match(errorInfo(invalid).reason, /^[A-Z0-9_]+$/);
  console.log('  a wrong field is INVALID_ARGUMENT');

  // Refused before any handler, where gRPC carries no details.
  const denied = await refusal(client('operator-1'), 'RecordDecision', {});
  assert.equal(denied.code, grpc.status.PERMISSION_DENIED);
  assert.match(denied.details, /^[A-Z0-9_]+: [A-Za-z].*/);
  console.log(`  a refused method says ${denied.details.split(':')[0]} and a sentence`);

  const held = await call(client('desk-1', EngagementSchedulingService), 'GetEngagement',
    {name: process.env.COMITY_ENGAGEMENT});
  assert.equal(held.state, 'STATE_HELD');
  console.log('  GetEngagement returns an engagement that is held');

  const contact = client('tbilisi-1', DocumentExchangeService);
  const document = await call(contact, 'GetDocument', {name: process.env.COMITY_DOCUMENT});
  assert.equal(document.name, process.env.COMITY_DOCUMENT);
  console.log('  GetDocument returns a document');
  const waiting = await first(contact, 'WatchInbox', {});
  assert.equal(waiting.document.name, process.env.COMITY_DOCUMENT);
  console.log('  WatchInbox streams what waits');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
