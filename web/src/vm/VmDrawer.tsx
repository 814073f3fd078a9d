/** The quick view of one VM beside the list. */
import { CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { VM } from '../api/objects';
import { HostName } from '../host/HostName';
import { useObject } from '../live/hooks';
import { PoolName } from '../pool/PoolName';
import { TagsEditor } from '../tag/TagsEditor';
import { Copy } from '../ui/Copy';
import { count, formatBytes, formatTime } from '../ui/format';
import type { VmAction } from './actions';
import { StateLabel } from './state';
import { VmButtons } from './VmActions';
import css from './VmDrawer.module.css';

interface VmDrawerProps {
	id: string;
	onClose: () => void;
	run: (action: VmAction, vms: readonly VM[]) => void;
	blocked: string | undefined;
	onTag: (tag: string) => void;
}

export function VmDrawer({ id, onClose, run, blocked, onTag }: VmDrawerProps) {
	const vm = useObject('VM', id);
	return (
		<aside aria-label={vm === undefined ? 'VM' : `Details of ${vm.name_label}`} className={css.drawer}>
			<header className={css.header}>
				<div className={css.title}>
					<h2>{vm === undefined ? 'This VM is gone' : vm.name_label}</h2>
					<CloseButton aria-label="Close the details" onClick={onClose} />
				</div>
				{vm !== undefined && <StateLabel vm={vm} />}
			</header>
			{vm === undefined ? (
				<p className={css.gone}>It was deleted, or its pool is no longer connected.</p>
			) : (
				<div className={css.body}>
					<VmButtons blocked={blocked} run={run} vms={[vm]} />
					{vm.name_description !== '' && <p className={css.description}>{vm.name_description}</p>}
					<TagsEditor disabled={blocked !== undefined} id={vm.id} onPick={onTag} tags={vm.tags} />
					<Summary vm={vm} />
				</div>
			)}
		</aside>
	);
}

function Summary({ vm }: { vm: VM }) {
	const addresses = [...new Set(Object.values(vm.addresses))];
	const running = vm.power_state === 'Running' || vm.power_state === 'Paused';
	return (
		<>
			<Section title="Placement">
				<Fact label="Host">
					<HostName container={vm.$container} on={vm.power_state !== 'Halted'} />
				</Fact>
				<Fact label="Pool">
					<PoolName id={vm.$pool} />
				</Fact>
				{running && vm.startTime ? <Fact label="Running since">{formatTime(vm.startTime)}</Fact> : null}
			</Section>
			<Section title="Resources">
				<Fact label="vCPU">
					{vm.CPUs.number}
					{vm.CPUs.max !== vm.CPUs.number && <span className={css.dim}> of at most {vm.CPUs.max}</span>}
				</Fact>
				<Fact label="RAM">
					{formatBytes(vm.memory.size)}
					{running && vm.memory.usage !== undefined && vm.memory.size > 0 && (
						<Usage size={vm.memory.size} usage={vm.memory.usage} />
					)}
				</Fact>
				<Fact label="Drives">
					{vm.$VBDs.length === 0 ? 'none' : count(vm.$VBDs.length, 'disk or CD drive', 'disks and CD drives')}
				</Fact>
				<Fact label="Network">{vm.VIFs.length === 0 ? 'none' : count(vm.VIFs.length, 'interface')}</Fact>
				<Fact label="Snapshots">{vm.snapshots.length === 0 ? 'none' : vm.snapshots.length}</Fact>
			</Section>
			<Section title="Guest">
				<Fact label="System">{vm.os_version?.name ?? <span className={css.dim}>not reported</span>}</Fact>
				<Fact label="Addresses">
					{addresses.length === 0 ? (
						<span className={css.dim}>none reported</span>
					) : (
						<ul>
							{addresses.map((address) => (
								<li className={css.copyable} key={address}>
									{address} <Copy label={`Copy ${address}`} text={address} />
								</li>
							))}
						</ul>
					)}
				</Fact>
				<Fact label="Tools">
					{vm.pvDriversVersion ??
						(running && vm.pvDriversDetected !== true ? (
							'not detected'
						) : (
							<span className={css.dim}>known while it runs</span>
						))}
				</Fact>
			</Section>
			<Section title="Settings">
				<Fact label="Virtualization">
					{vm.virtualizationMode.toUpperCase()}
					{vm.boot.firmware !== undefined && `, ${vm.boot.firmware.toUpperCase()}`}
				</Fact>
				<Fact label="Start with host">{vm.auto_poweron ? 'yes' : 'no'}</Fact>
				<Fact label="High availability">{vm.high_availability === '' ? 'off' : vm.high_availability}</Fact>
				<Fact label="UUID">
					<span className={css.copyable}>
						<code>{vm.uuid}</code> <Copy label="Copy the UUID" text={vm.uuid} />
					</span>
				</Fact>
			</Section>
		</>
	);
}

function Section({ title, children }: { title: string; children: ReactNode }) {
	return (
		<section>
			<h3 className={css.heading}>{title}</h3>
			<dl className={css.facts}>{children}</dl>
		</section>
	);
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
	return (
		<div>
			<dt>{label}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function Usage({ usage, size }: { usage: number; size: number }) {
	const share = Math.min(1, usage / size);
	return (
		<span className={css.usage}>
			<span aria-hidden="true" className={css.meter}>
				<span style={{ width: `${share * 100}%` }} />
			</span>
			{Math.round(share * 100)} % used
		</span>
	);
}
