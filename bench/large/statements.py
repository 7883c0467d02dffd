"""The statements of the reports written by hand; words in braces are what the two databases say differently."""

_IN_WINDOW = """
  workspace_id = :w AND entered_at >= :starts AND entered_at < :at AND (previous_at IS NULL OR previous_at < :starts)"""

ENTERED = f"""
SELECT status, count(*), count(*) FILTER (WHERE previous_at IS NULL),
       count(*) FILTER (WHERE previous_at IS NULL AND lead_created_at >= :starts)
FROM lead_status_entry
WHERE status IN ('new', 'contacted', 'qualified', 'converted', 'disqualified') AND {_IN_WINDOW}
GROUP BY status"""

BY_SOURCE = f"""
SELECT e.status, l.source, count(*)
FROM (SELECT workspace_id, lead_id, status FROM lead_status_entry
      WHERE status IN ('new', 'converted') AND {_IN_WINDOW}) e
JOIN lead l ON l.workspace_id = e.workspace_id AND l.id = e.lead_id
GROUP BY e.status, l.source"""

WAITS = f"""
SELECT {{seconds}} AS wait FROM lead_status_entry
WHERE status = 'contacted' AND previous_at IS NULL AND {_IN_WINDOW}
ORDER BY wait LIMIT :take OFFSET :skip"""

BY_DAY = """
WITH day(n, starts, ends) AS (VALUES {days})
SELECT n,
  (SELECT count(*) FROM lead WHERE workspace_id = :w AND created_at >= starts AND created_at < ends),
  (SELECT count(*) FROM lead_status_entry WHERE workspace_id = :w AND status = 'converted'
     AND entered_at >= starts AND entered_at < ends AND (previous_at IS NULL OR previous_at < starts))
FROM day"""

_WORTH = "CASE v.outcome WHEN 'won' THEN {money} ELSE ({money} * v.probability + 50) / 100 END"
_RATELESS = "CASE WHEN v.deal_id IS NOT NULL AND {money} IS NULL THEN 1 ELSE 0 END"

CUSTOMERS = f"""
WITH worth AS MATERIALIZED (
  SELECT id, name, channel, acquired_at, coalesce(max(by_hand), sum(worth), 0) AS worth,
    sum(rateless) AS rateless FROM (
    SELECT c.id, c.name, c.channel, c.acquired_at, c.lifetime_value_minor AS by_hand, {_WORTH} AS worth,
      {_RATELESS} AS rateless
    FROM customer c LEFT JOIN deal_version v
      ON v.workspace_id = c.workspace_id AND v.company_id = c.company_id
      AND v.valid_to >= :at AND v.valid_from < :at AND v.outcome <> 'lost'
    WHERE c.workspace_id = :w AND c.acquired_at >= :starts AND c.acquired_at < :at AND c.company_id IS NOT NULL
    UNION ALL
    SELECT c.id, c.name, c.channel, c.acquired_at, c.lifetime_value_minor AS by_hand, {_WORTH} AS worth,
      {_RATELESS} AS rateless
    FROM customer c LEFT JOIN deal_version v
      ON v.workspace_id = c.workspace_id AND v.contact_id = c.contact_id
      AND v.valid_to >= :at AND v.valid_from < :at AND v.outcome <> 'lost'
    WHERE c.workspace_id = :w AND c.acquired_at >= :starts AND c.acquired_at < :at
      AND coalesce(c.company_id, '') = '') one
  GROUP BY id, name, channel, acquired_at)
SELECT channel, NULL, NULL, count(*), sum(worth), sum(rateless) FROM worth GROUP BY channel
UNION ALL
SELECT * FROM (
  SELECT id, name, acquired_at, 0, worth, 0 FROM worth ORDER BY worth DESC, acquired_at, id LIMIT 10) top"""

_ACTIVITY = """
SELECT owner_id, kind, {counted} AND completed_at < :at AS done,
  {counted} AND (completed_at IS NULL OR completed_at >= :at)
    AND (overdue_at < :at OR (overdue_at = :at AND due_on IS NOT NULL)) AS late,
  {counted} AND (completed_at IS NULL OR completed_at >= :at) AS still,
  CASE WHEN billable AND completed_at >= :starts AND completed_at < :at THEN coalesce(duration_minutes, 0) ELSE 0 END
    AS minutes
FROM activity WHERE workspace_id = :w AND """

_DUE = """((due_on IS NULL AND overdue_at >= :starts AND overdue_at < :ends)
  OR (due_on >= :first AND due_on <= :last))"""
_BEFORE_END = "created_at < :ends"
_KNOWN = "(created_at < :at OR completed_at < :at)"

ACTIVITIES = f"""
SELECT owner_id, kind, count(*) FILTER (WHERE done), count(*) FILTER (WHERE still AND late),
  count(*) FILTER (WHERE still) - count(*) FILTER (WHERE still AND late), sum(minutes)
FROM (
  {_ACTIVITY.replace("{counted}", f"({_BEFORE_END} OR {_DUE})")} completed_at >= :starts AND {_KNOWN}
  UNION ALL
  {_ACTIVITY.replace("{counted}", f"({_BEFORE_END} OR {_DUE})")} completed_at IS NULL AND {_KNOWN}
  UNION ALL
  {_ACTIVITY.replace("{counted}", _DUE)} completed_at < :starts AND overdue_at >= :near AND overdue_at < :far AND {_DUE}
) one GROUP BY owner_id, kind"""

_STANDING = "workspace_id = :w AND valid_to >= :at AND {after_valid_from} < :at"

OPEN_DEALS = f"""
SELECT stage_id, owner_id, age, stale, count(*), sum(money), sum(likely),
  sum(CASE WHEN probability >= 60 THEN likely ELSE 0 END),
  sum(CASE slow WHEN 2 THEN (likely + 2) / 4 WHEN 1 THEN (likely + 1) / 2 ELSE likely END),
  sum(fresh), sum(fresh * money), count(*) - count(money)
FROM (
  SELECT stage_id, owner_id, probability, money, (money * probability + 50) / 100 AS likely,
    CASE WHEN created_at >= :d29 THEN 0 WHEN created_at >= :d60 THEN 1 WHEN created_at >= :d90 THEN 2 ELSE 3 END AS age,
    CASE WHEN created_at >= :starts THEN 1 ELSE 0 END AS fresh,
    CASE WHEN created_at < :d90 AND NOT EXISTS (
      SELECT 1 FROM activity a WHERE a.workspace_id = :w AND a.deal_id = one.deal_id
        AND CASE WHEN a.completed_at < :at THEN a.completed_at ELSE a.created_at END >= :d13
        AND CASE WHEN a.completed_at < :at THEN a.completed_at ELSE a.created_at END < :at) THEN 1 ELSE 0 END AS stale,
    CASE {{slowness}} ELSE 0 END AS slow
  FROM (SELECT v.stage_id, v.owner_id, v.probability, v.created_at, v.stage_since, v.deal_id, {{money}} AS money
        FROM deal_version v WHERE outcome = 'open' AND {_STANDING}) one
) deals GROUP BY stage_id, owner_id, age, stale"""

STAGES = f"""
SELECT stage_id, count(*), sum(money), sum(CASE outcome WHEN 'won' THEN money WHEN 'lost' THEN 0
  ELSE (money * probability + 50) / 100 END), count(*) - count(money)
FROM (SELECT v.stage_id, v.outcome, v.probability, {{money}} AS money FROM deal_version v
      WHERE outcome IN ('open', 'won', 'lost') AND {_STANDING}) one
GROUP BY stage_id"""

LEADS = "SELECT count(*) FROM lead WHERE workspace_id = :w AND created_at >= :starts AND created_at < :at"
QUALIFIED = f"SELECT count(*) FROM lead_status_entry WHERE status = 'qualified' AND {_IN_WINDOW}"
_OF_DEALS = """
SELECT count(*), sum({money}), count(*) - count({money}) FROM (%s) d
JOIN deal_version v {by_deal}
  ON v.workspace_id = :w AND v.deal_id = d.id AND v.valid_to >= :at AND v.valid_from < :at"""
DEALS = _OF_DEALS % "SELECT id FROM deal WHERE workspace_id = :w AND created_at >= :starts AND created_at < :at"
_SENT = "FROM proposal WHERE workspace_id = :w AND sent_at >= :starts AND sent_at < :at"
PROPOSALS = f"""
SELECT sum(d.offers), sum({{money}}), count(*) - count({{money}})
FROM (SELECT deal_id AS id, count(*) AS offers {_SENT} GROUP BY deal_id) d
JOIN deal_version v {{by_deal}}
  ON v.workspace_id = :w AND v.deal_id = d.id AND v.valid_to >= :at AND v.valid_from < :at"""

_CLOSED = """
FROM deal_version v WHERE workspace_id = :w AND outcome = '%s' AND outcome <> 'open'
  AND outcome_since >= :starts AND outcome_since < :ends
  AND {after_valid_to} >= :at AND {after_valid_from} < :at"""
WON = "SELECT count(*), sum({money}), count(*) - count({money})" + _CLOSED % "won"
WON_BY_MONTH = (
    "SELECT {month_of_closing} AS month, count(*), sum({money}), count(*) - count({money})"
    + _CLOSED % "won"
    + " GROUP BY month"
)
LOST = (
    """
SELECT lost_reason, from_stage_id, owner_id, count(*), sum({money}), count(*) - count({money})"""
    + _CLOSED % "lost"
    + """
GROUP BY lost_reason, from_stage_id, owner_id"""
)

FORECAST = f"""
SELECT coalesce(c.forecast_category, s.forecast_category), place, count(*), sum(money), sum(likely),
  count(*) - count(money) FROM (
  SELECT stage_id, forecast_category, money, (money * probability + 50) / 100 AS likely,
    CASE WHEN expected_close IS NULL THEN 'no_date' WHEN expected_close < :last THEN 'past_due' ELSE {{month}} END
      AS place
  FROM (SELECT v.stage_id, v.forecast_category, v.probability, v.expected_close, {{money}} AS money
        FROM deal_version v WHERE outcome = 'open' AND {_STANDING}) one) c
JOIN stage s ON s.workspace_id = :w AND s.id = c.stage_id
GROUP BY 1, 2"""

UNCHANGED = f"""
SELECT coalesce(sum({{money}}), 0), count(*) - count({{money}}) FROM deal_version v
WHERE outcome = 'open' AND {_STANDING} AND {{after_valid_from}} < :starts"""

CHANGED = """
SELECT d.id, d.number, d.title, v.owner_id, b.outcome, v.outcome, {money_before}, {money}, b.expected_close,
  v.expected_close
FROM deal_version v
JOIN deal d ON d.workspace_id = :w AND d.id = v.deal_id
LEFT JOIN deal_version b {by_deal} ON b.workspace_id = :w AND b.deal_id = v.deal_id AND b.valid_from < :starts
  AND b.valid_to >= :starts
WHERE v.workspace_id = :w AND v.valid_from >= :starts AND v.valid_from < :at AND {after_valid_to} >= :at
  AND (b.outcome = 'open' OR v.outcome = 'open')"""
