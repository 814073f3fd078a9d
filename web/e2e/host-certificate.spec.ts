import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { openAt } from './browser';
import { idOf, object } from './client';
import { suite } from './suite';

/** A certificate of a host, good for a year, and its private key, as PEM. */
function pair(host: string): { certificate: string; key: string } {
	const folder = mkdtempSync(join(tmpdir(), 'xo-e2e-cert-'));
	const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
	const kind = ['-newkey', 'rsa:2048', '-nodes', '-days', '365', '-subj', `/CN=${host}`];
	try {
		execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
		return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

describe('the certificate of a host', () => {
	const at = suite();
	const prints = async () => {
		const { certificates } = await object(at.server.url, { type: 'host', name_label: 'xcp-lab-2' });
		return (certificates as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
	};

	it('is shown, and another one takes its place unless its key is that of yet another', async () => {
		const [mine, other] = [pair('xcp-lab-2'), pair('elsewhere')];
		const before = await prints();
		const id = await idOf(at.server.url, 'host', 'xcp-lab-2');
		const page = await openAt(at.browser, at.server.url, `/hosts/${id}/advanced`);
		await page.getByText(before[0] ?? '').waitFor();
		await page.getByRole('button', { name: 'Install a certificate' }).click();
		const dialog = page.getByRole('dialog', { name: 'Install a certificate: xcp-lab-2?' });
		const install = dialog.getByRole('button', { name: 'Install a certificate' });
		expect(await install.isDisabled()).toBe(true);
		expect(await violations(page)).toEqual([]);
		await dialog.getByLabel('Certificate (PEM)').fill(mine.certificate);
		await dialog.getByLabel('Private key (PEM)').fill(other.key);
		await install.click();
		await dialog.getByRole('alert').waitFor();
		expect(await dialog.getByRole('alert').textContent()).toContain('The private key is not that of the certificate');
		expect(await dialog.getByLabel('Certificate (PEM)').inputValue()).toBe(mine.certificate);
		expect(await prints()).toEqual(before);
		await dialog.getByLabel('Private key (PEM)').fill(mine.key);
		await install.click();
		await dialog.waitFor({ state: 'detached' });
		await page.getByText(before[0] ?? '').waitFor({ state: 'detached' });
		const [after] = await prints();
		expect(after).not.toBe(before[0]);
		await page.getByText(after ?? '').waitFor();
	});
});
