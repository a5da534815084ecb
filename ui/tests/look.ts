import { AxeBuilder } from '@axe-core/playwright';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Look } from './browser';

/** Looks at a screen as it stands: nothing beside the page, nothing that axe objects to, a picture to keep. */
export async function look(page: Page, at: Look, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(200);
  const place = `${at.width}-${at.theme}-${at.language}`;
  await page.screenshot({ path: path.resolve(import.meta.dirname, `../test-results/${place}/${name}.png`) });
  const beside = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth - window.innerWidth,
    parts: [
      ...document.querySelectorAll(
        '#app > *, .work, .strip, .actions, .band, .page, .panel, main > :not(.unseen), .btn',
      ),
    ]
      .filter((part) => part.scrollWidth > part.clientWidth + 1)
      .map((part) => part.className),
    cut: [...document.querySelectorAll('.work, .strip, .actions')]
      .filter((part) => part.scrollHeight > part.clientHeight + 1)
      .map((part) => `${part.className} ${part.scrollHeight} > ${part.clientHeight}`),
  }));
  expect(beside, `${name} in ${place}`).toEqual({ page: Math.min(0, beside.page), parts: [], cut: [] });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap((v) =>
    v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary ?? ''}`),
  );
  expect(found, `${name} in ${place}`).toEqual([]);
}
