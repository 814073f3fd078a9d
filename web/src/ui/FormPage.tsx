/** A page with a form: its title, and what is asked in parts below each other. */
import type { ReactNode } from 'react';
import css from './FormPage.module.css';

export function FormPage({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
	return (
		<main className={css.page}>
			<title>{`${title} · Xen Orchestra`}</title>
			<div className={css.inner}>
				<header className={css.header}>
					<h1>{title}</h1>
					{help !== undefined && <p>{help}</p>}
				</header>
				{children}
			</div>
		</main>
	);
}

/** A part of a form under a heading. */
export function Part({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
	return (
		<section aria-label={title} className={css.part}>
			<div className={css.about}>
				<h2>{title}</h2>
				{help !== undefined && <p>{help}</p>}
			</div>
			<div className={css.fields}>{children}</div>
		</section>
	);
}

/** The buttons at the end of a form, and above them why the server refused. */
export function FormEnd({ error, children }: { error?: string; children: ReactNode }) {
	return (
		<footer className={css.end}>
			{error !== undefined && (
				<p className={css.error} role="alert">
					{error}
				</p>
			)}
			<div className={css.buttons}>{children}</div>
		</footer>
	);
}
