import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './access';
import { choose, more, openAt } from './browser';
import { idOf, object, objects } from './client';
import { suite } from './suite';

describe('a new storage', () => {
	const at = suite();

	const begin = async (kind: RegExp, name: string) => {
		const page = await openAt(at.browser, at.server.url, '/new/sr');
		await page.getByRole('radio', { name: kind }).check();
		await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
		return page;
	};
	const create = async (page: Page, button = 'Create the storage') => {
		await page.getByRole('button', { name: button }).click();
		if (button.startsWith('Format')) {
			await page
				.getByRole('dialog', { name: /^Format/ })
				.getByRole('button', { name: button })
				.click();
		}
	};
	/** The storage once its page is open, and what its hosts are told of it. */
	const made = async (page: Page, name: string) => {
		await page.getByRole('heading', { name, level: 1 }).waitFor();
		const sr = await object(at.server.url, { type: 'SR', name_label: name });
		const pbds = await objects(at.server.url, { type: 'PBD', SR: String(sr.id) });
		return { sr, pbds, config: Object(pbds[0]?.device_config) as Record<string, string> };
	};

	it('of NFS is a share of the version that was chosen', async () => {
		const page = await begin(/^NFS/, 'share');
		await page.getByRole('textbox', { name: 'Server' }).fill('nas');
		await page.getByRole('combobox', { name: 'NFS version' }).selectOption('4.1');
		await page.getByRole('textbox', { name: 'Mount options' }).fill('noatime');
		await page.getByRole('button', { name: 'Find shares' }).click();
		await page.getByRole('radio', { name: /volume2/ }).check();
		await create(page);
		const { sr, pbds, config } = await made(page, 'share');
		expect(sr).toMatchObject({ SR_type: 'nfs', shared: true });
		expect(pbds).toHaveLength(2);
		expect(config).toMatchObject({
			server: 'nas',
			serverpath: '/volume2/backup',
			nfsversion: '4.1',
			options: 'noatime',
		});
	});

	it('of iSCSI asks for address, target and LUN, and signs in', async () => {
		const page = await begin(/^iSCSI/, 'lun');
		await page.getByLabel('Address of the target').fill('192.0.2.9');
		await page.getByRole('button', { name: 'Find targets' }).click();
		await page.getByText('No target answers at this address.').waitFor();
		await page.getByLabel('Address of the target').fill('10.0.0.6');
		await page.getByLabel('Port').fill('3261');
		await page.getByLabel('CHAP user').fill('xen');
		await page.getByLabel('CHAP password').fill('secret');
		await page.getByRole('button', { name: 'Find targets' }).click();
		await page.getByRole('radio', { name: /array.spare/ }).check();
		await page.getByRole('radio', { name: /^LUN 1/ }).check();
		await page.getByText('There is no storage repository yet').waitFor();
		await create(page, 'Format and create');
		const { sr, config } = await made(page, 'lun');
		expect(sr).toMatchObject({ SR_type: 'lvmoiscsi', shared: true });
		expect(config).toMatchObject({ target: '10.0.0.6', port: '3261', targetIQN: 'iqn.2001-05.example:array.spare' });
		expect(config.chapuser).toBe('xen');
	});

	it('is taken from all hosts, and given back to them', async () => {
		const id = await idOf(at.server.url, 'SR', 'share');
		const page = await openAt(at.browser, at.server.url, `/srs/${id}`);
		const attached = async () => (await objects(at.server.url, { type: 'PBD', SR: id })).map((pbd) => pbd.attached);
		await more(page, 'Disconnect from all hosts');
		await page.getByRole('dialog').getByRole('button', { name: 'Disconnect from all hosts' }).click();
		await expect.poll(attached).toEqual([false, false]);
		await page.getByRole('button', { name: 'Connect to all hosts' }).click();
		await expect.poll(attached).toEqual([true, true]);
	});

	it('on an adapter is one of the LUNs that are found', async () => {
		const page = await begin(/^HBA/, 'fibre');
		await page.getByRole('radio', { name: /LUN 2/ }).check();
		await page.getByText('There is no storage repository yet').waitFor();
		expect(await violations(page)).toEqual([]);
		await create(page, 'Format and create');
		const { sr, pbds, config } = await made(page, 'fibre');
		expect(sr).toMatchObject({ SR_type: 'lvmohba', shared: true });
		expect(pbds).toHaveLength(2);
		expect(config.SCSIid).toBe('3600a0b80002a384e0000000000000002');
	});

	it('on a LUN in use is not made over it', async () => {
		const page = await begin(/^HBA/, 'fibre again');
		await page.getByRole('radio', { name: /LUN 2/ }).check();
		const used = page.getByRole('radio', { name: /In use here: fibre/ });
		await used.waitFor();
		expect(await used.isDisabled()).toBe(true);
		await page.getByText('A new one destroys it with all its disks').waitFor();
	});

	it('on a share of Windows is refused with the words of the host, and what was typed stays', async () => {
		const page = await begin(/^SMB/, 'windows');
		await page.getByRole('textbox', { name: 'Share' }).fill('\\\\192.0.2.4\\xen');
		await page.getByRole('textbox', { name: 'User name' }).fill('xen');
		await page.getByLabel('Password', { exact: true }).fill('secret');
		await create(page);
		await page.getByRole('alert').filter({ hasText: 'SMB mount error' }).waitFor();
		expect(await page.getByRole('textbox', { name: 'User name' }).inputValue()).toBe('xen');
		expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('secret');
		await page.getByRole('textbox', { name: 'Share' }).fill('\\\\nas\\xen');
		await create(page);
		const { sr, config } = await made(page, 'windows');
		expect(sr).toMatchObject({ SR_type: 'smb', shared: true });
		expect(config).toMatchObject({ server: '\\\\nas\\xen', username: 'xen' });
		expect(JSON.stringify(config)).not.toContain('secret');
	});

	it('that was forgotten is attached again by its UUID', async () => {
		const id = await idOf(at.server.url, 'SR', 'windows');
		const page = await openAt(at.browser, at.server.url, `/srs/${id}`);
		await more(page, 'Forget');
		const dialog = page.getByRole('dialog', { name: 'Forget: windows?' });
		await dialog.getByRole('textbox').fill('windows');
		await dialog.getByRole('button', { name: 'Forget' }).and(page.locator(':enabled')).click();
		await page.getByText('This is gone').waitFor();
		expect(await objects(at.server.url, { type: 'SR', id })).toEqual([]);
		const again = await begin(/^SMB/, 'windows again');
		await again.getByRole('textbox', { name: 'Share' }).fill('\\\\nas\\xen');
		await again.getByRole('textbox', { name: 'UUID of a storage to attach again' }).fill(id);
		await create(again, 'Attach the storage');
		expect((await made(again, 'windows again')).sr.id).toBe(id);
	});

	it('of ZFS is one of the pools that a host tells of', async () => {
		const page = await begin(/^Local, ZFS/, 'tank');
		await choose(page.locator('form'), 'Host', /xcp-lab-2/);
		await page.getByRole('radio', { name: /tank/ }).check();
		expect(await violations(page)).toEqual([]);
		await create(page);
		const { sr, config } = await made(page, 'tank');
		expect(sr).toMatchObject({ SR_type: 'zfs', $container: await idOf(at.server.url, 'host', 'xcp-lab-2') });
		expect(config.location).toBe('/tank');
	});

	it('on a disk is made on one that is free, and refused on it afterwards', async () => {
		const page = await begin(/^Local, LVM/, 'second disk');
		await page.getByRole('radio', { name: /sdb/ }).check();
		await create(page, 'Format and create');
		const { sr, config } = await made(page, 'second disk');
		expect(sr.SR_type).toBe('lvm');
		expect(config.device).toBe('/dev/sdb');
		const again = await begin(/^Local, ext4/, 'third disk');
		await again.getByRole('radio', { name: /sdb/ }).check();
		await create(again, 'Format and create');
		await again.getByRole('alert').filter({ hasText: 'A storage is on the device already' }).waitFor();
		expect(await again.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('third disk');
	});

	it.each([
		[/^ISO images on NFS/, 'discs nfs', { location: 'nas:/volume1/iso' }, true],
		[/^ISO images on SMB/, 'discs smb', { location: '//nas/iso', type: 'cifs' }, true],
		[/^ISO images on the host/, 'discs here', { location: '/var/opt/iso', legacy_mode: 'true' }, false],
	])('of images is a library: %s', async (kind, name, wanted, shared) => {
		const page = await begin(kind, name);
		if (name.endsWith('nfs')) {
			await page.getByRole('textbox', { name: 'Server' }).fill('nas');
			await page.getByRole('button', { name: 'Find shares' }).click();
			await page.getByRole('radio', { name: /volume1.iso/ }).check();
		} else if (shared) await page.getByRole('textbox', { name: 'Share' }).fill('\\\\nas\\iso');
		else await page.getByRole('textbox', { name: 'Folder of the host' }).fill('/var/opt/iso');
		await create(page);
		const { sr, config } = await made(page, name);
		expect(sr).toMatchObject({ SR_type: 'iso', content_type: 'iso', shared });
		expect(config).toMatchObject(wanted);
	});

	it('is not forgotten while a running VM uses it, which is said before', async () => {
		const page = await openAt(at.browser, at.server.url, `/srs/${await idOf(at.server.url, 'SR', 'NFS storage')}`);
		await more(page, 'Forget');
		const dialog = page.getByRole('dialog', { name: 'Forget: NFS storage?' });
		await dialog.getByRole('textbox').fill('NFS storage');
		await dialog.getByText('a running VM uses it').waitFor();
		expect(await dialog.getByRole('button', { name: 'Forget' }).isDisabled()).toBe(true);
		expect(await dialog.getByRole('textbox').inputValue()).toBe('NFS storage');
	});
});
