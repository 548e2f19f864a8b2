#pragma once

#include <string_view>

namespace sluice::connectors {

/// The style sheet of the mailbox pages: system fonts, one accent, light and dark.
inline constexpr std::string_view kMailboxStyle = R"css(
:root{color-scheme:light dark;--bg:#f6f6f4;--card:#fff;--ink:#1c1d1f;--dim:#62656b;--line:#e3e3df;
--accent:#1f6f5c;--email:#2456a6;--sms:#7a3e9d;--bubble:#dcefe9}
@media (prefers-color-scheme:dark){:root{--bg:#16181a;--card:#1e2124;--ink:#e9eaec;--dim:#a0a5ab;
--line:#2f3338;--accent:#63c2aa;--email:#8ab4f8;--sms:#cfa3ea;--bubble:#234b42}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
a{color:var(--accent)}
.top{max-width:60rem;margin:0 auto;padding:2rem 1.25rem .75rem;display:flex;flex-wrap:wrap;
gap:.75rem 1.25rem;align-items:center}
.top h1{font-size:1.35rem;margin:0;letter-spacing:-.01em}
main{max-width:60rem;margin:0 auto;padding:0 1.25rem 4rem}
.search{display:flex;gap:.5rem;flex:1;min-width:16rem}
input,select,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);
border-radius:.5rem;padding:.4rem .7rem}
input{flex:1;min-width:0}
button{cursor:pointer}
button.quiet{color:var(--dim)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.list{list-style:none;margin:.5rem 0 0;padding:0;background:var(--card);
border:1px solid var(--line);border-radius:.8rem;overflow:hidden}
.list li+li{border-top:1px solid var(--line)}
.row{display:grid;grid-template-columns:4.2rem 1fr auto;gap:.9rem;align-items:start;
padding:.85rem 1rem;color:inherit;text-decoration:none}
.row:hover{background:color-mix(in srgb,var(--accent) 7%,transparent)}
.what{min-width:0;overflow-wrap:anywhere}
.what strong{font-weight:600}
.meta{display:block;color:var(--dim);font-size:.875rem}
.when{color:var(--dim);font-size:.875rem;white-space:nowrap;font-variant-numeric:tabular-nums}
.dim{color:var(--dim)}
.sep{opacity:.6}
.badge{display:inline-block;font-size:.75rem;font-weight:600;padding:.1rem .55rem;
border-radius:1rem;border:1px solid currentColor}
.badge.email{color:var(--email)}
.badge.sms{color:var(--sms)}
.empty{padding:4rem 1rem;text-align:center;color:var(--dim)}
.pages{padding:1rem 0;text-align:right}
.back{text-decoration:none}
article>h1{font-size:1.6rem;line-height:1.25;letter-spacing:-.015em;margin:.25rem 0 .4rem;
overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.6rem 1.5rem;
margin:1rem 0 1.5rem;padding:1rem 1.1rem;background:var(--card);border:1px solid var(--line);
border-radius:.8rem}
.facts dt{font-size:.75rem;color:var(--dim)}
.facts dd{margin:0;overflow-wrap:anywhere}
code,pre{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.mail{width:100%;height:70vh;min-height:20rem;resize:vertical;border:1px solid var(--line);
border-radius:.8rem;background:#fff;color-scheme:light}
details{margin-top:.9rem;background:var(--card);border:1px solid var(--line);border-radius:.8rem}
summary{cursor:pointer;padding:.65rem 1.1rem;font-weight:600}
pre{margin:0;padding:.2rem 1.1rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
.phone{padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.8rem}
.bubble{margin:0;max-width:24rem;padding:.7rem 1rem;border-radius:1.1rem 1.1rem 1.1rem .3rem;
background:var(--bubble);white-space:pre-wrap;overflow-wrap:anywhere}
.count{color:var(--dim);font-size:.875rem}
@media (max-width:40rem){.row{grid-template-columns:1fr}.when{order:-1}}
)css";

}  // namespace sluice::connectors
