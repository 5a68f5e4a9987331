"""What `oo forget` says: before, after, and when it only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oo_cli.engine.told import counted

if TYPE_CHECKING:
    from oo_cli.usecases.forget import Receipt
    from oo_cli.usecases.forget_part import PartReceipt
    from oo_cli.usecases.residue import Scan
    from oo_cli.usecases.verify import Verified


def plan_lines(plan: Receipt, exports: bool = False) -> list[str]:
    """What would go, with the exports or without them."""
    said = [f"{count:>7} {table}" for table, count in plan.rows.items() if count]
    said.append(f"Would destroy the key and delete {plan.files} files ({plan.bytes:,} bytes).")
    said += [f"Would remove the job in {name}." for name in plan.jobs]
    if plan.own_list:
        said.append(f"Your task list goes too: {plan.own_list}. To keep it, copy it first.")
    said += [
        f"Would delete what you exported to {path}"
        if exports
        else f"Would leave what you exported to {path}; with --exports it goes too."
        for path in plan.exports
    ]
    return said + [f"Not oO's to delete: {line}" for line in plan.external]


def receipt_lines(receipt: Receipt) -> list[str]:
    """What went, and what the person has to do."""
    said = [f"Forgotten: {sum(receipt.rows.values())} rows, {receipt.files} files, {receipt.bytes:,} bytes."]
    said += [f"Removed: the job in {name}" for name in receipt.jobs]
    said += [f"Deleted: what you exported to {path}" for path in receipt.exports]
    said += [f"Key: {line}" for line in receipt.keys]
    if receipt.scan is not None:
        said += _scanned(receipt.scan, "files left")
    said += [f"Left, because oO did not make it: {path}" for path in receipt.kept]
    said += [f"Not oO's to delete: {line}" for line in receipt.external]
    said.append("What this terminal still shows is the terminal's: clear it.")
    return [*said, "This machine only: copies elsewhere are sealed with a key that no longer exists."]


def _scanned(scan: Scan, where: str) -> list[str]:
    said = [
        f"Looked for {counted(scan.words, 'words')} of yours in {counted(scan.patterns, 'spellings')},"
        f" in {scan.files} {where} ({scan.bytes:,} bytes, and {scan.unpacked:,} unpacked from them):"
        f" {len(scan.hits)} found."
    ]
    return said + [f"Not looked through to the end: {path}" for path in scan.unread]


def verified_lines(found: Verified) -> list[str]:
    """What was looked for, and what was found."""
    said = _scanned(found.scan, "files")
    if found.alike:
        said.append(f"Not looked for, because oO writes them too: {counted(found.alike, 'words')}.")
    said += [f"Readable, as it should be: {path} ({why})" for path, why in found.meant]
    said += [f"Readable, and should not be: {path}" for path in found.found]
    if found.files:
        return [*said, *(f"A key is in: {place}" for place in found.keys)]
    said += [f"A key is left in: {place}" for place in found.keys]
    said += [f"A job is left in: {name}" for name in found.jobs]
    said += [f"It could not be looked for a job in: {name}" for name in found.unseen]
    if found.is_clean:
        return [*said, "Nothing of oO is here."]
    return [*said, "That is left: oo forget removes it."] if found.found or found.keys or found.jobs else said


def part_lines(receipt: PartReceipt, done: bool) -> list[str]:
    """What would go of a part, or what went."""
    rows = [counted(count, what) for what, count in receipt.rows.items() if count]
    said = [f"{'Forgotten' if done else 'Would forget'}: {', '.join(rows) or 'nothing'}."]
    if done:
        said.append(f"Made anew from what is left: {counted(receipt.tips, 'tips')}, and what was worked out.")
        shut = "A new key is in use: with it, older copies of the database do not open."
        given = "Your key comes from OO_KEY, so older copies open with it as before. To change it: oo key rotate"
        said.append(shut if receipt.shut else given)
    return said + [f"Not oO's to delete: {line}" for line in receipt.external]
