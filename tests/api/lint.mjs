// Prints what is wrong with OpenAPI and AsyncAPI documents as JSON: node lint.mjs FILE...
import { Parser, fromFile } from '@asyncapi/parser';
import { createConfig, lint } from '@redocly/openapi-core';

// The project has no licence to name.
const config = await createConfig({ extends: ['recommended-strict'], rules: { 'info-license': 'off' } });
const problems = [];
for (const file of process.argv.slice(2)) {
  for (const found of await lint({ ref: file, config })) {
    problems.push({ file, rule: found.ruleId, message: found.message, where: found.location[0]?.pointer });
  }
  if (file.includes('asyncapi')) {
    const { diagnostics } = await fromFile(new Parser(), file).parse();
    for (const found of diagnostics) {
      // 0 errors, 1 warnings; what is below is advice, such as the latest version of the specification.
      if (found.severity > 1) continue;
      problems.push({ file, rule: found.code, message: found.message, where: found.path.join('/') });
    }
  }
}
console.log(JSON.stringify(problems));
