# A formula for a tap: Formula/cas-go.rb of community-attribute-service/homebrew-tap.
class CasGo < Formula
  desc "Attributes of catchments, points and polygons from the Community Attribute Service"
  homepage "https://github.com/community-attribute-service/cas-go"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "https://github.com/community-attribute-service/cas-go/releases/download/v@VERSION@/cas-go_@VERSION@_darwin_arm64.tar.gz"
      sha256 "@SHA256_darwin_arm64@"
    end
    on_intel do
      url "https://github.com/community-attribute-service/cas-go/releases/download/v@VERSION@/cas-go_@VERSION@_darwin_amd64.tar.gz"
      sha256 "@SHA256_darwin_amd64@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/community-attribute-service/cas-go/releases/download/v@VERSION@/cas-go_@VERSION@_linux_arm64.tar.gz"
      sha256 "@SHA256_linux_arm64@"
    end
    on_intel do
      url "https://github.com/community-attribute-service/cas-go/releases/download/v@VERSION@/cas-go_@VERSION@_linux_amd64.tar.gz"
      sha256 "@SHA256_linux_amd64@"
    end
  end

  def install
    bin.install "cas"
    man1.install Dir["man/man1/*.1"]
    bash_completion.install "completions/cas.bash" => "cas"
    zsh_completion.install "completions/_cas"
    fish_completion.install "completions/cas.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/cas version")
    assert_match "0840101", shell_output("#{bin}/cas demo")
  end
end
