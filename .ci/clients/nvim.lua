-- Neovim, with the recipe of docs/editors.md: open, type, a finding appears, apply the fix, it goes; and fixing on save. Keys are typed, and the
-- fix is chosen in the menu, as people do it.
local function check(ok, what)
  if not ok then
    io.stderr:write("nvim: " .. what .. "\n" .. vim.inspect(vim.diagnostic.get(0)) .. "\n" .. vim.inspect(vim.api.nvim_buf_get_lines(0, 0, -1, false)) .. "\n")
    vim.cmd("cquit")
  end
end
local function eventually(what, holds)
  check(vim.wait(30000, holds, 20), what)
end
local function keys(text)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(text, true, false, true), "x", false)
end
local function findings()
  local out = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, false)[1]
    table.insert(out, d.code .. " " .. line:sub(d.col + 1, d.end_col))
  end
  table.sort(out)
  return table.concat(out, ", ")
end

vim.cmd("filetype on")
dofile(vim.env.RECIPE)
dofile(vim.env.SAVE)
vim.cmd("edit Dockerfile")
check(vim.bo.filetype == "dockerfile", "the file's type is " .. vim.bo.filetype)
eventually("the server starts", function()
  local _, client = next((vim.lsp.get_clients or vim.lsp.buf_get_clients)())
  return client and client.initialized
end)

keys("GoENV\t🚀🚀 a b<Esc>")
eventually("the finding appears", function() return findings() == "legacy-key-value 🚀🚀 a b" end)

vim.ui.select = function(items, options, chosen)
  for i, item in ipairs(items) do
    if options.format_item(item):find("^Write") then
      return chosen(item, i)
    end
  end
  check(false, "there is no fix in the menu")
end
vim.fn.cursor(3, 6)
vim.lsp.buf.code_action()
eventually("the fix is made", function() return vim.api.nvim_buf_get_lines(0, 2, 3, false)[1] == 'ENV\t🚀🚀="a b"' end)
eventually("the finding goes", function() return #vim.diagnostic.get(0) == 0 end)

keys("GoENV X🚀 y<Esc>")
eventually("another appears", function() return findings() == "legacy-key-value X🚀 y" end)
vim.cmd("write")
check(vim.fn.readfile("Dockerfile")[4] == "ENV X🚀=y", "not fixed on save: " .. vim.fn.readfile("Dockerfile")[4])
eventually("it goes too", function() return #vim.diagnostic.get(0) == 0 end)

io.stdout:write("nvim " .. tostring(vim.version().major) .. "." .. vim.version().minor .. "." .. vim.version().patch .. ": passed\n")
vim.cmd("qall!")
